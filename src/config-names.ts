import type { PromptsConfig } from './domain/prompts/settings.ts';
import type { Rule } from './domain/routing-rule.ts';

/** An id of a chat platform as potluck.yaml names it: `slack:T1/U2`, `discord:123`, `slack:C0123ABCD`. */
export interface NamedId {
  /** Where it stands: `oncall.layers.0.people.1`. */
  readonly path: string;
  readonly what: 'person' | 'group' | 'channel';
  readonly id: string;
}

/** Sections of potluck.yaml that name people, groups and channels. */
interface Sections {
  readonly team: {
    readonly managers?: readonly { readonly id: string }[] | undefined;
    readonly channels?: readonly string[] | undefined;
  };
  readonly attention: { readonly channels: Readonly<Record<string, unknown>> };
  readonly digests: Readonly<Record<string, { readonly to?: readonly string[] | undefined } | undefined>>;
  readonly departments: Readonly<Record<string, readonly string[]>>;
  readonly prompts?: PromptsConfig | undefined;
  readonly oncall?:
    | {
        readonly layers: readonly {
          readonly people?: readonly { readonly ids: readonly string[] }[] | undefined;
          readonly group?: string | undefined;
        }[];
      }
    | undefined;
  readonly routes?: readonly Rule[] | undefined;
}

/** Everybody and every place that potluck.yaml names, with where it does: what the doctor asks the platforms about. */
export function namedIds(policy: Sections): readonly NamedId[] {
  const people = (path: string, ids: readonly string[]): readonly NamedId[] =>
    ids.map((id) => ({ path, what: 'person', id }));
  const places = (path: string, names: readonly string[] = []): readonly NamedId[] =>
    names.map((id, index) => ({ path: `${path}.${index}`, what: 'channel', id }));
  return [
    ...(policy.team.managers ?? []).flatMap(({ id }, index) => people(`team.managers.${index}`, [id])),
    ...places('team.channels', policy.team.channels),
    ...Object.keys(policy.attention.channels).map(
      (id): NamedId => ({ path: `attention.channels.${id}`, what: 'channel', id }),
    ),
    ...(policy.oncall?.layers ?? []).flatMap(({ people: own = [], group }, layer): readonly NamedId[] => [
      ...own.flatMap(({ ids }, person) => people(`oncall.layers.${layer}.people.${person}`, ids)),
      ...(group === undefined
        ? []
        : [{ path: `oncall.layers.${layer}.group`, what: 'group' as const, id: group }]),
    ]),
    ...Object.entries(policy.digests).flatMap(([name, digest]) => places(`digests.${name}.to`, digest?.to)),
    ...Object.entries(policy.departments).flatMap(([name, names]) => places(`departments.${name}`, names)),
    ...(policy.routes ?? []).flatMap(({ to, owner, watchers = [] }, rule) => [
      ...places(`routes.${rule}.to`, to),
      ...(owner ? people(`routes.${rule}.owner`, [owner.id]) : []),
      ...watchers.flatMap(({ id }, index) => people(`routes.${rule}.watchers.${index}`, [id])),
    ]),
    ...places('prompts.to', policy.prompts?.to),
    ...(policy.prompts?.sources ?? []).flatMap(({ to }, index) => places(`prompts.sources.${index}.to`, to)),
  ];
}
