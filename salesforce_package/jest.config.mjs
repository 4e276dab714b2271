import { jestConfig } from '@salesforce/sfdx-lwc-jest/config.js';

// In the process's zone nobody of the tests lives, nor is it a whole hour away from anybody: a
// component that reads the browser's clock face instead of the zone it was given turns red.
process.env.TZ = 'Asia/Kathmandu';

export default {
    ...jestConfig,
    collectCoverageFrom: ['<rootDir>/force-app/**/lwc/**/*.js', '!**/__tests__/**'],
    // What sfdx-lwc-jest has no stand-in for, or one that a test cannot ask.
    moduleNameMapper: {
        '^(lightning)/(actions|modal|navigation|platformShowToastEvent)$':
            '<rootDir>/test/jest-mocks/$1/$2.js'
    },
    modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/tools/'],
    roots: ['<rootDir>/force-app', '<rootDir>/test'],
    setupFilesAfterEnv: [...jestConfig.setupFilesAfterEnv, '<rootDir>/test/jest-setup.js'],
    testMatch: ['<rootDir>/force-app/**/__tests__/**/*.test.js'],
    // A test that waits for something that never comes should say so soon.
    testTimeout: 10_000
};
