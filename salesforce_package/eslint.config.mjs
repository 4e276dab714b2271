import js from '@eslint/js';
import jest from 'eslint-plugin-jest';
import globals from 'globals';
import lwc from '@salesforce/eslint-config-lwc';

const BUNDLES = 'force-app/**/lwc/**/*.js';
const TESTS = ['force-app/**/__tests__/**/*.js', 'test/**/*.js'];
const NODE = ['*.mjs', 'tools/**/*.{js,mjs}', 'demo/**/*.mjs', 'bin/**/*.mjs'];
const PAGE = ['demo/**/*.js'];

// The public part may stand first, and what it needs below it.
const BELOW = ['error', { functions: false, classes: false, variables: false }];

/** Every config of a list, for these files only. */
const only = (files, configs, ignores = []) =>
    configs.map((config) => ({ ...config, files, ignores }));

export default [
    { ignores: ['node_modules/', '**/dist/', 'coverage/', '**/vendor/', '**/.*.js'] },
    { linterOptions: { reportUnusedDisableDirectives: 'error' } },

    // Components, as the platform runs them, and their tests.
    ...only([BUNDLES, 'test/**/*.js'], lwc.configs.recommended),
    {
        files: [BUNDLES],
        rules: {
            'no-console': 'error',
            // Calls in their order are meant as such: one poll after the other.
            'no-await-in-loop': 'off',
            'no-use-before-define': BELOW,
            // Prettier takes away the parentheses that it asks for.
            'no-confusing-arrow': 'off'
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
            'no-loop-func': 'off',
            // jest then takes the real one now and then, depending on which file ran before.
            'no-restricted-syntax': [
                'error',
                {
                    selector:
                        'CallExpression[callee.object.name=jest][callee.property.name=/mock$/i]' +
                        '[arguments.0.value=/^c\\u002F/][arguments.2]',
                    message: 'A component that exists is not virtual: leave { virtual: true } away.'
                }
            ],
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
            'no-use-before-define': BELOW,
            'no-var': 'error',
            'object-shorthand': 'error',
            'prefer-const': 'error',
            radix: 'error'
        }
    },
    { files: NODE, languageOptions: { globals: globals.node } },
    {
        // Some of them are components too.
        files: PAGE,
        languageOptions: { ...lwc.configs.base[0].languageOptions, globals: globals.browser }
    },
    {
        files: ['tools/**/*.test.{js,mjs}'],
        plugins: { jest },
        languageOptions: { globals: globals.node }
    }
];
