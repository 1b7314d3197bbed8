import { today } from "./crossings";

export function crossings(): string[] {
  return today().filter((crossing) => !crossing.includes("cancelled"));
}
