// Small tarballs for tests, as npm makes them.
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

/** A tar (ustar) with these files. */
export function packedTar(files: Readonly<Record<string, string>>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([path, content]) => {
    const body = Buffer.from(content)
    const padded = Buffer.alloc(Math.ceil(body.length / 512) * 512)
    body.copy(padded)
    return [header(path, body.length), padded]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

function header(path: string, size: number): Buffer {
  const out = Buffer.alloc(512)
  // A path of more than 100 bytes is cut at a slash.
  const cut = path.length <= 100 ? -1 : path.indexOf('/', path.length - 101)
  out.write(path.slice(cut + 1), 0)
  if (cut >= 0) out.write(path.slice(0, cut), 345)
  out.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  out.write('0', 156)
  out.write('ustar\0', 257)
  return out
}

/** A gzipped tar and its hash. */
export function tarballOf(files: Readonly<Record<string, string>>): { bytes: Buffer; integrity: string } {
  const bytes = gzipSync(packedTar(files))
  return { bytes, integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}` }
}
