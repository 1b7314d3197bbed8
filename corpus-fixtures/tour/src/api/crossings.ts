export function today(): string[] {
  return ["07:10 Northport", "08:40 Southport", "09:15 Northport cancelled"];
}
