// Credentials and the external client app: what they name must exist, and go over a safe line.

import { all, textOf } from '../documents.mjs';

/** @returns {number} how many were looked at */
export function holdCredentials(inventory, tell) {
    const named = inventory.of('NamedCredential');
    for (const { file, root } of named) {
        for (const parameter of all(root, 'namedCredentialParameters')) {
            const credential = textOf(parameter, 'externalCredential');
            if (credential && !inventory.named('ExternalCredential', credential)) {
                tell(
                    file,
                    parameter.line,
                    `names the external credential ${credential}, which does not exist. Correct the name, or add it.`
                );
            }
            const url = textOf(parameter, 'parameterValue');
            if (textOf(parameter, 'parameterType') === 'Url' && !url.startsWith('https://')) {
                tell(file, parameter.line, `calls ${url}; a callout goes over https.`);
            }
        }
    }
    const settings = [
        'ExtlClntAppOauthSettings',
        'ExtlClntAppOauthConfigurablePolicies',
        'ExtlClntAppConfigurablePolicies'
    ];
    const apps = settings.flatMap((type) => inventory.of(type));
    for (const { file, root } of apps) {
        const app = textOf(root, 'externalClientApplication');
        if (!inventory.named('ExternalClientApplication', app)) {
            tell(
                file,
                root.line,
                `names the external client app ${app}, which does not exist. Correct the name, or add it.`
            );
        }
    }
    return named.length + inventory.of('ExternalCredential').length + apps.length;
}
