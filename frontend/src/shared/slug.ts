/** The name in addresses and orders, from the name for people. `typing`: a dash at the end may go on. */
export function slugOf(name: string, typing = false): string {
  const plain = name.normalize("NFKD").toLowerCase();
  const slug = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+/, "").slice(0, 60);
  return typing ? slug : slug.replace(/-+$/, "");
}

/** The same for what has a page of its own: .../new is the form's address. */
export function pageSlugOf(name: string): string {
  const slug = slugOf(name);
  return slug === "new" ? "new-1" : slug;
}
