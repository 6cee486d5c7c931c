export default async function teardown() {
  await globalThis.rapportPostgres?.dispose();
}
