/** Returns the lines of this package's log that explain a failure. */
export function linesOf(output: string): string[] {
  return output.split('\n').filter((line) => line.startsWith('[principal] - ERR_'))
}
