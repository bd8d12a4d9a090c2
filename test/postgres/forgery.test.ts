import { describeForgery } from '../attack/forgery-contract.ts';
import { describeHiding } from '../attack/hiding-contract.ts';
import { aForgedDatabase } from './a-forged-database.ts';

describeForgery('PostgreSQL', aForgedDatabase);
describeHiding('PostgreSQL', aForgedDatabase);
