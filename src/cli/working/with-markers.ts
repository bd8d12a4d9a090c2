/** The refusal of a file with conflict markers that its version does not have. @param file as in messages */
export function withMarkers(file: string): string {
  return `${file} has the markers of a merge conflict (<<<<<<<, =======, >>>>>>>). Merge both sides and remove the markers, or indent them if they are part of the prompt.`;
}
