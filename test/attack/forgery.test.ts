import { aForgedFolder } from './a-forged-folder.ts';
import { describeForgery } from './forgery-contract.ts';
import { describeHiding } from './hiding-contract.ts';

describeForgery('SQLite', aForgedFolder);
describeHiding('SQLite', aForgedFolder);
