// The answers of all kernels as a Markdown table.

export function featureTable(names: readonly string[], rows: readonly { title: string; answers: string[] }[]): string {
  const lines = [
    ['', ...names],
    ['---', ...names.map(() => '---')],
    ...rows.map(({ title, answers }) => [title, ...answers.map(answer => answer.replaceAll('|', '\\|'))]),
  ]
  return lines.map(cells => `| ${cells.join(' | ')} |\n`).join('')
}
