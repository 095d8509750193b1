// What is used of packages that bring no types of their own.
declare module 'papaparse' {
  interface ParseError {
    readonly type: string
    readonly code: string
    readonly row?: number
  }
  interface ParseResult {
    readonly data: string[][]
    readonly errors: ParseError[]
  }
  const papa: {
    parse(text: string, options: { delimiter: string; newline: string; preview?: number }): ParseResult
  }
  export default papa
}

declare module 'jpeg-js/lib/decoder.js' {
  const decode: (
    bytes: Uint8Array,
    options: {
      useTArray: true
      formatAsRGBA: boolean
      tolerantDecoding: boolean
      colorTransform: boolean
      maxResolutionInMP: number
      maxMemoryUsageInMB: number
    },
  ) => { readonly width: number; readonly height: number; readonly data: Uint8Array }
  export default decode
}
