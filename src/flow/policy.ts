import type { ActRequest, Done } from '../chat/chat.ts';
import type { Remark, RemarkCode } from '../domain/etiquette.ts';
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
  approvalReason(item: Item, texts: readonly string[], sent: number | null): string | null;
  /** How many answers of everybody who is new a second person reads; whoever asks for a reason counts up to this. */
  readonly newResponders: number;
  /** Whether some remarks keep a draft from being sent. */
  readonly blocks: boolean;
  /** Why a draft with these remarks may not be sent without a second person, in words; null when it may. */
  wordingReason(remarks: readonly Remark[]): string | null;
  /** Whether some answers of this team need a second person. */
  readonly approvals: boolean;
}

/** @param managers in the order of the configuration; a manager without a name is shown by the end of the id */
export function createPolicy(team: {
  readonly managers: readonly Manager[];
  readonly permissions: Permissions;
  readonly approval: ApprovalRule | null;
  /** Remarks that keep a draft from being sent. */
  readonly blocked: readonly RemarkCode[];
}): Policy {
  const { permissions, approval, blocked } = team;
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
    approvalReason: (item, texts, sent) =>
      approvalReason(approval, { kinds: item.kinds, source: item.source, texts, sent }),
    newResponders: approval?.newResponders ?? 0,
    blocks: blocked.length > 0,
    wordingReason: (remarks) => {
      const found = remarks.find(({ code }) => blocked.includes(code));
      return found
        ? `${found.text} The team sends nothing like that (team.etiquette.block: ${found.code}).${found.kinder ? ` ${found.kinder}` : ''}`
        : null;
    },
    approvals: approval !== null || permissions.send !== 'responder' || blocked.length > 0,
  };
}
