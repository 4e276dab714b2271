// jest's words, as the other checks speak: what failed in full, otherwise one line.

module.exports = class Reporter {
    onTestResult(test, result) {
        if (result.failureMessage) console.log(result.failureMessage);
    }

    onRunComplete(contexts, results) {
        const seconds = ((Date.now() - results.startTime) / 1000).toFixed(1);
        const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
        const found = failed === 0 ? 'nothing wrong' : `${failed} failed`;
        const skipped = results.numPendingTests ? `, ${results.numPendingTests} left out` : '';
        console.log(
            `unit: ${results.numTotalTests} tests in ${results.numTotalTestSuites} files${skipped}: ${found} (${seconds} s)`
        );
    }
};
