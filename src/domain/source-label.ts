/** What people call a source: its label, and the team's own name for it where several have the same. */
export function sourceLabel(name: string, sources: ReadonlyMap<string, { readonly label: string }>): string {
  const label = sources.get(name)?.label;
  if (label === undefined) return name;
  const alike = [...sources.values()].filter((source) => source.label === label).length;
  return alike > 1 ? `${label} (${name})` : label;
}
