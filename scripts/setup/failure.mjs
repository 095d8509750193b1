// What ends `npm start` early: a failure with its next step, or the user.
import { readFileSync } from 'node:fs'

/** A step that failed: what happened, where to read more, what to do now. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {{ next: string, log?: string | undefined, cause?: unknown }} options
   */
  constructor(message, options) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.name = 'SetupError'
    this.next = options.next
    /** The file that holds all that the step's command printed. */
    this.log = options.log
  }
}

/** The user (or the system) asked to stop. */
export class Stopped extends Error {
  /** @param {'SIGINT' | 'SIGTERM' | 'SIGHUP'} signal */
  constructor(signal) {
    super(`stopped by ${signal}`)
    this.name = 'Stopped'
    this.exitCode = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal]
  }
}

/**
 * @typedef {{ pattern: RegExp, message: string, next: string }} KnownFailure
 * @type {readonly KnownFailure[]}
 */
const KNOWN = [
  {
    pattern: /ENOSPC|No space left on device|EDQUOT|Disk quota exceeded/i,
    message: 'the disk is full',
    next: 'Free some space, then run npm start again: what was downloaded is kept.',
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|name resolution|NewConnectionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|URLError/i,
    message: 'the network could not be reached',
    next: 'Check the connection (behind a proxy: set HTTPS_PROXY), then run npm start again: what was downloaded is kept.',
  },
  {
    pattern: /CERT_|SELF_SIGNED|UNABLE_TO_GET_ISSUER|CERTIFICATE_VERIFY_FAILED/,
    message: 'the certificate of a server is not trusted',
    next: "Tell Node and pip of your network's certificate (NODE_EXTRA_CA_CERTS and PIP_CERT), then run npm start again.",
  },
  {
    pattern: /EACCES|EPERM|Permission denied/i,
    message: 'a file may not be written',
    next: 'Give the project folder to your user (it may have been set up as root), then run npm start again.',
  },
  {
    pattern: /DO NOT MATCH THE HASHES|EINTEGRITY/i,
    message: 'a download is not the file that was published',
    next: 'Try again on another network; if it stays so, report it: a mirror or proxy changes the files.',
  },
]

/**
 * The known failure that a command's output or an error speaks of.
 * @param {string} text
 * @returns {KnownFailure | undefined}
 */
export function knownFailure(text) {
  return KNOWN.find(({ pattern }) => pattern.test(text))
}

/**
 * @param {unknown} error
 * @returns {boolean}
 */
export function isDiskFull(error) {
  if (!(error instanceof Error)) return false
  return error.message.includes('the disk is full') || knownFailure(error.message) === KNOWN[0]
}

/**
 * Any thrown value as what the user reads: `error:`, the last lines of the log, `next:`.
 * @param {unknown} error
 * @param {string} [more] a line to go between
 * @returns {string}
 */
export function describeFailure(error, more) {
  const between = more === undefined ? [] : [more]
  if (error instanceof SetupError) {
    return [`error: ${error.message}`, ...logTail(error.log), ...between, `next: ${error.next}`].join('\n')
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const known = knownFailure(text)
  if (known === undefined) return `${text}\nnext: run npm start again; if it stays so, report the lines above.`
  const first = `error: ${known.message}: ${error instanceof Error ? error.message : text}`
  return [first, ...between, `next: ${known.next}`].join('\n')
}

/**
 * @param {string | undefined} log
 * @returns {string[]}
 */
function logTail(log) {
  if (log === undefined) return []
  try {
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-20)
    return [...lines.map(line => `  | ${line}`), `log: ${log}`]
  } catch {
    return [] // the log itself could not be written (a full disk): the message stands alone
  }
}
