export function board(crossings: string[]): string {
  return crossings.join("\n");
}
