/** Who is asking: the signed-in user of one workspace. */
import type { Id } from '../domain/id.ts';

export type Role = 'admin' | 'member';

export interface Caller {
  workspaceId: Id;
  userId: Id;
  role: Role;
  email: string;
}
