export function serve() {
  listen();
}
