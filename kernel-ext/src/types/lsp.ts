// The part of the Language Server Protocol 3.17 that we use; lines and characters are 0-based, in UTF-16 units.

export interface LspPosition {
  readonly line: number
  readonly character: number
}

export interface LspRange {
  readonly start: LspPosition
  readonly end: LspPosition
}

export interface LspDiagnostic {
  readonly range: LspRange
  /** 1 error, 2 warning, 3 information, 4 hint. */
  readonly severity?: number
  readonly code?: number | string
  readonly message: string
}

export interface DiagnosticReport {
  readonly items?: readonly LspDiagnostic[]
}

export interface MarkupContent {
  readonly kind: string
  readonly value: string
}

export interface LspHover {
  readonly contents: MarkupContent
}

export interface LspCompletionItem {
  readonly label: string
  readonly kind?: number
  readonly detail?: string
  readonly sortText?: string
  readonly filterText?: string
  readonly insertText?: string
  readonly textEdit?: { readonly range: LspRange; readonly newText: string }
}

export interface CompletionList {
  readonly items: readonly LspCompletionItem[]
}

export interface SignatureHelp {
  readonly signatures: readonly LspSignature[]
  readonly activeSignature?: number
}

export interface LspSignature {
  readonly label: string
  readonly documentation?: MarkupContent | string
  readonly parameters?: readonly LspParameter[]
  readonly activeParameter?: number
}

export interface LspParameter {
  readonly label: string | readonly [number, number]
  readonly documentation?: MarkupContent | string
}

export interface LspLocation {
  readonly uri: string
  readonly range: LspRange
}

/** What happened to a file on disk. */
export const FileChange = { created: 1, changed: 2, deleted: 3 } as const

export interface FileEvent {
  readonly path: string
  readonly type: (typeof FileChange)[keyof typeof FileChange]
}

/** What we tell the server that we understand. */
export const CLIENT_CAPABILITIES = {
  general: { positionEncodings: ['utf-16'] },
  workspace: { configuration: true },
  textDocument: {
    diagnostic: {},
    hover: { contentFormat: ['markdown'] },
    completion: { completionItem: { documentationFormat: ['markdown'] } },
    signatureHelp: {
      signatureInformation: { documentationFormat: ['markdown'], activeParameterSupport: true },
    },
  },
}

/**
 * The server's settings. Suggestions that would add an import line to a cell cannot be used in a notebook, and indexing
 * every package for them costs half a second and 100 MB.
 */
export const SERVER_SETTINGS = { 'js/ts': { suggest: { autoImports: false } } }
