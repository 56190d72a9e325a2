/** What the routes may change at Calendly; handed in by `app.ts`. */
import type { Id } from '../domain/id.ts';
import type { Doer } from '../store/audit.ts';

export interface MeetingChanges {
  /**
   * Cancels the meeting at Calendly and reads it back: afterwards the rows show it. `AppError` of kind conflict, in
   * words for the user, where it is not possible; of kind upstream where Calendly cannot be asked now.
   */
  cancel(request: {
    asker: { workspaceId: Id; userId: Id; isAdmin: boolean };
    meetingId: Id;
    reason: string | null;
    by: Doer;
  }): Promise<void>;
  /** Marks the invitee as a no-show or takes the mark away; nothing where it is so already. Errors as above. */
  setNoShow(request: {
    asker: { workspaceId: Id; userId: Id; isAdmin: boolean };
    inviteeId: Id;
    isNoShow: boolean;
    by: Doer;
  }): Promise<void>;
}
