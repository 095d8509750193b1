// Notebooks that tests open.

/** A notebook of code cells that were not run yet, as a file has it. */
export function notebook(cells: readonly string[]): string {
  return JSON.stringify({
    cells: cells.map((source, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
    metadata: {
      kernelspec: { name: 'gradlab', display_name: 'TypeScript (Gradlab)', language: 'typescript' },
      language_info: { name: 'typescript' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  })
}
