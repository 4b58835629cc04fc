/** Issues and pull requests share one list of numbers, one kind of comment and one address in the API. */
export type Kind = 'issues' | 'discussions';

/** Where a conversation takes place. */
export interface Place {
  /** `owner/name` in small letters: GitHub does not tell them apart. */
  readonly repository: string;
  readonly kind: Kind;
  readonly number: number;
}

export interface PostId extends Place {
  /** The comment's own number; null for the first post. */
  readonly comment: string | null;
}

const FRAGMENT: Readonly<Record<Kind, string>> = { issues: 'issuecomment', discussions: 'discussioncomment' };

/** `simmer/kettle/issues/7`: the id of a conversation and of its first post, also of a pull request's. */
export function conversationId(place: Place): string {
  return `${place.repository}/${place.kind}/${place.number}`;
}

/** `simmer/kettle/issues/7#issuecomment-99`, as in the comment's address in a browser. */
export function postId(place: Place, comment: string | null): string {
  return comment === null
    ? conversationId(place)
    : `${conversationId(place)}#${FRAGMENT[place.kind]}-${comment}`;
}

/** The parts of an id that {@link postId} made; null for any other. */
export function parseId(id: string): PostId | null {
  const match = /^([^/#]+\/[^/#]+)\/(issues|discussions)\/(\d+)(?:#(?:issue|discussion)comment-(\d+))?$/.exec(
    id,
  );
  if (!match) return null;
  const [, repository = '', kind, number, comment] = match;
  return {
    repository,
    kind: kind === 'discussions' ? 'discussions' : 'issues',
    number: Number(number),
    comment: comment ?? null,
  };
}
