/** Stories 3, 6, 9 and so on: a third of them in a file of its own, so that they share the processors. */
import { tellPart } from './telling.ts';

tellPart(3);
