/** The stories by name. */
import { tellDemo } from './demo.ts';
import { tellEmpty } from './empty.ts';
import { tellFirm } from './firm.ts';
import { tellOddText } from './odd-text.ts';
import type { Plan } from './plan.ts';
import { tellAdviser, tellThousand } from './thousand.ts';

export const STORIES: Readonly<Record<string, (plan: Plan) => void>> = {
  demo: tellDemo,
  thousand: tellThousand,
  adviser: tellAdviser,
  firm: tellFirm,
  empty: tellEmpty,
  'odd-text': tellOddText,
};
