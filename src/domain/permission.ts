import type { Role } from './item.ts';

/** What a role is needed for. */
export type Permission = 'send' | 'approve' | 'dismiss' | 'assign' | 'settings';

/** The least role each needs; `responder` means everybody of the team. */
export type Permissions = Readonly<Record<Permission, Role>>;

/** Everybody answers and decides about what they hold; approving and changing settings is for managers. */
export const DEFAULT_PERMISSIONS: Permissions = {
  send: 'responder',
  approve: 'manager',
  dismiss: 'responder',
  assign: 'responder',
  settings: 'manager',
};
