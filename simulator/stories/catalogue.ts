/** The stories by name. */
import { tellAccounts } from './accounts.ts';
import { tellDemo } from './demo.ts';
import { tellEmpty } from './empty.ts';
import { tellFirm } from './firm.ts';
import { tellOddText } from './odd-text.ts';
import { tellOrganization } from './organization.ts';
import type { Plan } from './plan.ts';
import { tellAdviser, tellThousand } from './thousand.ts';

export const STORIES: Readonly<Record<string, (plan: Plan) => void>> = {
  demo: tellDemo,
  thousand: tellThousand,
  adviser: tellAdviser,
  firm: tellFirm,
  organization: tellOrganization,
  accounts: tellAccounts,
  empty: tellEmpty,
  'odd-text': tellOddText,
};
