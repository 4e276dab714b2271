// Unpacks the browser that the package @sparticuz/chromium carries:
//   .ci/node tests/browser/carried/unpack.mjs   with TMPDIR as the folder that gets it
// One made for machines that bring nothing along: its libraries and fonts come too.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflate } from '@sparticuz/chromium';

const packed = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '../bin');
const parts = ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br'];
await Promise.all(parts.map((part) => inflate(join(packed, part))));
