// Ports for a connection file.
import { createServer } from 'node:net'

/**
 * Below the range that systems give to outgoing connections (Linux: from 32768). A client that knocks again and again
 * at a port of that range, before the kernel listens there, may be given the very same port and so meet itself.
 */
const LOWEST = 15_000
const HIGHEST = 31_000

export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
    if (await isFree(port)) ports.add(port)
  }
  return [...ports]
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
