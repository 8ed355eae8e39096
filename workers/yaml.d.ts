/** wrangler.toml bundles *.yml as text. */
declare module "*.yml" {
  const text: string;
  export default text;
}
