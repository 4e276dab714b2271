import js from '@eslint/js';
import jest from 'eslint-plugin-jest';
import globals from 'globals';
import lwc from '@salesforce/eslint-config-lwc';

const BUNDLES = 'force-app/**/lwc/**/*.js';
const TESTS = ['force-app/**/__tests__/**/*.js', 'test/**/*.js'];
const NODE = ['*.mjs', 'tools/**/*.{js,mjs}', 'demo/**/*.mjs', 'bin/**/*.mjs'];
const PAGE = ['demo/**/*.js'];

/** Every config of a list, for these files only. */
const only = (files, configs, ignores = []) =>
    configs.map((config) => ({ ...config, files, ignores }));

export default [
    { ignores: ['node_modules/', '**/dist/', 'coverage/', '**/vendor/'] },
    { linterOptions: { reportUnusedDisableDirectives: 'error' } },

    // Components, as the platform runs them, and their tests.
    ...only([BUNDLES, 'test/**/*.js'], lwc.configs.recommended),
    {
        files: [BUNDLES],
        rules: {
            'no-console': 'error',
            // Calls in their order are meant as such: one poll after the other.
            'no-await-in-loop': 'off',
            // The public part stands first, what it needs below it.
            'no-use-before-define': ['error', { functions: false, classes: false }]
        }
    },
    {
        files: TESTS,
        languageOptions: { globals: { ...globals.jest, ...globals.node } },
        rules: {
            // A test gives the wire its answers by itself, and may wait and look about as it likes.
            '@lwc/lwc/no-unexpected-wire-adapter-usages': 'off',
            '@lwc/lwc/no-async-operation': 'off',
            '@lwc/lwc/no-document-query': 'off',
            'no-await-in-loop': 'off',
            // Our helpers make claims too.
            'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*'] }]
        }
    },
    {
        // Stand-ins of the platform's own modules; no component imports them.
        files: ['test/jest-mocks/**/*.js'],
        rules: { '@lwc/lwc/no-leading-uppercase-api-name': 'off', 'jest/no-export': 'off' }
    },

    // The package's tools, and what the page outside of Salesforce is built with.
    ...only([...NODE, ...PAGE], [js.configs.recommended]),
    {
        files: [...NODE, ...PAGE],
        rules: {
            'consistent-return': 'error',
            curly: ['error', 'multi-line'],
            eqeqeq: ['error', 'smart'],
            'no-else-return': 'error',
            'no-eval': 'error',
            'no-implied-eval': 'error',
            'no-shadow': 'error',
            'no-throw-literal': 'error',
            'no-unused-expressions': 'error',
            'no-use-before-define': ['error', { functions: false, classes: false }],
            'no-var': 'error',
            'object-shorthand': 'error',
            'prefer-const': 'error',
            radix: 'error'
        }
    },
    { files: NODE, languageOptions: { globals: globals.node } },
    { files: PAGE, languageOptions: { globals: globals.browser } },
    {
        files: ['tools/**/*.test.{js,mjs}'],
        plugins: { jest },
        languageOptions: { globals: globals.node }
    }
];
