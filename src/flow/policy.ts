import type { ActRequest, Done } from '../chat/chat.ts';
import type { Item, Role } from '../domain/item.ts';
import {
  type ApprovalRule,
  approvalReason,
  type Manager,
  type Permission,
  type Permissions,
  refusalWords,
} from '../domain/permission.ts';

/** Who may do what. The one place that knows; asked by `act` and by whatever else needs a role. */
export interface Policy {
  roleOf(actor: ActRequest['actor']): Role;
  may(actor: ActRequest['actor'], what: Permission): Done;
  /** Why this text needs a second person first, in words; null when it does not. */
  approvalReason(item: Item, texts: readonly string[]): string | null;
  /** Whether some answers of this team need a second person. */
  readonly approvals: boolean;
}

/** @param managers in the order of the configuration; a manager without a name is shown by the end of the id */
export function createPolicy(team: {
  readonly managers: readonly Manager[];
  readonly permissions: Permissions;
  readonly approval: ApprovalRule | null;
}): Policy {
  const { permissions, approval } = team;
  const ids = new Set(team.managers.map(({ id }) => id));
  const people = team.managers.map(({ id, name }) => ({ id, name: name ?? id.replace(/^.*[:/]/, '') }));
  const roleOf = (actor: ActRequest['actor']): Role =>
    actor.role ?? (ids.has(actor.id) ? 'manager' : 'responder');
  return {
    roleOf,
    may: (actor, what) =>
      permissions[what] === 'responder' || roleOf(actor) === 'manager'
        ? { ok: true, text: 'Yes.' }
        : { ok: false, text: refusalWords(what, people) },
    approvalReason: (item, texts) =>
      approvalReason(approval, { kinds: item.kinds, source: item.source, texts }),
    approvals: approval !== null || permissions.send !== 'responder',
  };
}
