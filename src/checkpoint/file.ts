// A checkpoint's file: safetensors, so that any program can read its weights, with the rest as JSON in the header, and a hash over all.
import { DataError, openSafetensors, type SafetensorsFile, safetensorsBytes } from '../data/index.js'
import { node } from '../data/node.js'
import { replaceFile } from '../data/write-file.js'
import type { Tensor } from '../tensor/tensor.js'
import { CheckpointError } from './errors.js'

const FORMAT = 'gradlab checkpoint'
const VERSION = 1
/** The hash stands first in the header, so at a known place; it is computed with these in its place. */
const UNKNOWN = '0'.repeat(64)
const BEFORE_HASH = '{"__metadata__":{"sha256":"'
const HASH_AT = 8 + BEFORE_HASH.length

/** What is in a file, read and checked. */
export interface Content {
  /** The JSON that was written. */
  readonly json: unknown
  readonly file: SafetensorsFile
}

/** Writes a file, all or nothing: beside its place, then renamed. */
export function writeCheckpoint(path: string, json: unknown, tensors: Readonly<Record<string, Tensor>>): void {
  const metadata = { sha256: UNKNOWN, format: FORMAT, version: String(VERSION), checkpoint: JSON.stringify(json) }
  const bytes = safetensorsBytes(tensors, { metadata })
  bytes.set(new TextEncoder().encode(hashOf(bytes)), HASH_AT)
  node('fs').mkdirSync(node('path').dirname(path), { recursive: true })
  replaceFile(path, [bytes])
}

/** Reads a file and checks that it is whole. Throws CHECKPOINT_MISSING, CHECKPOINT_FOREIGN, CHECKPOINT_VERSION, CHECKPOINT_DAMAGED. */
export function readCheckpoint(path: string): Content {
  const { existsSync, readFileSync } = node('fs')
  if (!existsSync(path)) {
    throw new CheckpointError('CHECKPOINT_MISSING', `loadCheckpoint: there is no file ${path}.`, {
      next: 'At the first start there is none yet: ask hasCheckpoint(file) before.',
    })
  }
  const bytes = new Uint8Array(readFileSync(path))
  const claimed = claimedHash(path, bytes)
  bytes.set(new TextEncoder().encode(UNKNOWN), HASH_AT)
  if (hashOf(bytes) !== claimed) throw damaged(path)
  const file = opened(path, bytes)
  const { format, version, checkpoint } = file.metadata
  if (format !== FORMAT) throw foreign(path)
  if (Number(version) > VERSION) {
    throw new CheckpointError(
      'CHECKPOINT_VERSION',
      `loadCheckpoint: ${path} has version ${version}; this gradlab reads up to ${VERSION}.`,
      { next: 'Load it with the gradlab that saved it, or a newer one.' },
    )
  }
  return { json: JSON.parse(checkpoint as string), file }
}

/** The hash that the file gives of itself. A file that ends before it was cut off. */
function claimedHash(path: string, bytes: Uint8Array): string {
  const head = new TextDecoder().decode(bytes.subarray(8, HASH_AT + UNKNOWN.length))
  const hash = head.slice(BEFORE_HASH.length)
  if (!head.startsWith(BEFORE_HASH.slice(0, head.length)) || /[^0-9a-f]/.test(hash)) throw foreign(path)
  if (hash.length < UNKNOWN.length) throw damaged(path)
  return hash
}

function opened(path: string, bytes: Uint8Array): SafetensorsFile {
  try {
    return openSafetensors(bytes)
  } catch (cause) {
    if (cause instanceof DataError) throw foreign(path, cause)
    throw cause
  }
}

function hashOf(bytes: Uint8Array): string {
  return node('crypto').createHash('sha256').update(bytes).digest('hex')
}

function foreign(path: string, cause?: unknown): CheckpointError {
  return new CheckpointError('CHECKPOINT_FOREIGN', `loadCheckpoint: ${path} is no checkpoint of gradlab.`, {
    cause,
    next: 'Weights alone, also of PyTorch: model.loadStateDict(data.readSafetensors(file)).',
  })
}

function damaged(path: string): CheckpointError {
  return new CheckpointError(
    'CHECKPOINT_DAMAGED',
    `loadCheckpoint: ${path} is damaged: its bytes are not those that were saved. Nothing was loaded.`,
    { next: 'Take an older checkpoint, or copy the file again.' },
  )
}
