// The process that runs cells. Its working folder is the notebook's; fd 3 leads to the front.
import { Session } from './session.js'

/** JSON array of folders whose packages resolve from any notebook. */
const roots = JSON.parse(process.env.GRADLAB_KERNEL_ROOTS ?? '[]') as string[]

new Session(3, { notebookFolder: process.cwd(), roots }).ready()
