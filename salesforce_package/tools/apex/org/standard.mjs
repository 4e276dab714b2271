/**
 * The standard objects, as far as the package may meet them.
 *
 * One line a field: name, type (length), `!` required, `-` set by the platform, `> Target`.
 * Source: Object Reference for the Salesforce Platform, fields of each object.
 */

const PERSON = `
    LastName Text(80)!
    FirstName Text(40)
    Name Text(121)-
    Salutation Picklist
    Title Text(128)
    Email Email
    Phone Phone
    MobilePhone Phone
    Description LongTextArea(32000)
    LeadSource Picklist`;

const ACTIVITY = `
    Subject Text(255)
    Description LongTextArea(32000)
    WhoId Lookup > Name
    WhatId Lookup > Name
    OwnerId Lookup > Name
    ActivityDate Date
    AccountId Lookup- > Account`;

/** Objects: key prefix and fields. `isActivity` objects also have the fields of Activity. */
export const STANDARD = {
    User: {
        prefix: '005',
        fields: `
            Username Text(80)!
            LastName Text(80)!
            FirstName Text(40)
            Name Text(121)-
            Alias Text(8)!
            Email Email(128)!
            EmailEncodingKey Picklist!
            TimeZoneSidKey Picklist!
            LocaleSidKey Picklist!
            LanguageLocaleKey Picklist!
            ProfileId Lookup! > Profile
            UserRoleId Lookup > UserRole
            ManagerId Lookup > User
            IsActive Checkbox
            UserType Picklist-
            Title Text(80)
            Department Text(80)`
    },
    Profile: { prefix: '00e', fields: 'Name Text(255)!' },
    UserRole: { prefix: '00E', fields: 'Name Text(80)!' },
    Organization: {
        prefix: '00D',
        fields: `
            Name Text(80)
            TimeZoneSidKey Picklist
            IsSandbox Checkbox
            OrganizationType Picklist`
    },
    Name: {
        prefix: '',
        fields: `
            Name Text(121)-
            FirstName Text(40)
            LastName Text(80)
            Email Email
            Phone Phone
            Username Text(80)
            IsActive Checkbox
            Title Text(128)
            Type Picklist-`
    },
    Lead: {
        prefix: '00Q',
        fields: `${PERSON}
            Company Text(255)!
            Status Picklist
            Rating Picklist
            Industry Picklist
            Street Text(255)
            City Text(40)
            State Text(80)
            PostalCode Text(20)
            Country Text(80)
            Website Url
            AnnualRevenue Currency
            NumberOfEmployees Integer
            IsConverted Checkbox-
            ConvertedContactId Lookup- > Contact
            ConvertedAccountId Lookup- > Account
            OwnerId Lookup > Name`
    },
    Contact: {
        prefix: '003',
        fields: `${PERSON}
            AccountId Lookup > Account
            Department Text(80)
            MailingStreet Text(255)
            MailingCity Text(40)
            MailingState Text(80)
            MailingPostalCode Text(20)
            MailingCountry Text(80)
            OwnerId Lookup > User`
    },
    Account: {
        prefix: '001',
        fields: `
            Name Text(255)!
            Phone Phone
            Website Url
            Industry Picklist
            Type Picklist
            Description LongTextArea(32000)
            AnnualRevenue Currency
            NumberOfEmployees Integer
            ParentId Lookup > Account
            OwnerId Lookup > User`
    },
    Opportunity: {
        prefix: '006',
        fields: `
            Name Text(120)!
            StageName Picklist!
            CloseDate Date!
            AccountId Lookup > Account
            ContactId Lookup > Contact
            Amount Currency
            Probability Percent
            Type Picklist
            IsClosed Checkbox-
            IsWon Checkbox-
            OwnerId Lookup > User`
    },
    Case: {
        prefix: '500',
        fields: `
            CaseNumber AutoNumber-
            Subject Text(255)
            Description LongTextArea(32000)
            Status Picklist
            Priority Picklist
            Origin Picklist
            ContactId Lookup > Contact
            AccountId Lookup > Account
            SuppliedName Text(80)
            SuppliedEmail Email
            IsClosed Checkbox-
            OwnerId Lookup > Name`
    },
    Event: {
        prefix: '00U',
        isActivity: true,
        fields: `${ACTIVITY}
            StartDateTime DateTime
            EndDateTime DateTime
            ActivityDateTime DateTime
            DurationInMinutes Integer
            IsAllDayEvent Checkbox
            ShowAs Picklist
            Location Text(255)
            IsPrivate Checkbox
            IsChild Checkbox-`
    },
    Task: {
        prefix: '00T',
        isActivity: true,
        fields: `${ACTIVITY}
            Status Picklist
            Priority Picklist
            IsClosed Checkbox-`
    }
};
