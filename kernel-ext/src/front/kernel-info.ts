// What the kernel tells of itself. Needs nothing that is slow to load: clients ask for it first of all.
import { type Json, PROTOCOL_VERSION } from '../protocol/messages.js'
import { KERNEL_VERSION, TYPESCRIPT_VERSION } from './versions.js'

/** The content of a kernel_info_reply. */
export function kernelInfo(): Json {
  return {
    status: 'ok',
    protocol_version: PROTOCOL_VERSION,
    implementation: 'gradlab-kernel',
    implementation_version: KERNEL_VERSION,
    // No codemirror_mode: JupyterLab then takes the MIME type, and strict clients refuse an object without a name.
    language_info: {
      name: 'typescript',
      version: TYPESCRIPT_VERSION,
      mimetype: 'text/x-typescript',
      file_extension: '.ts',
      pygments_lexer: 'typescript',
      nbconvert_exporter: 'script',
    },
    banner: `Gradlab's TypeScript kernel ${KERNEL_VERSION} (TypeScript ${TYPESCRIPT_VERSION}, Node ${process.versions.node})`,
    debugger: false,
    supported_features: [],
    help_links: [{ text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' }],
  }
}
