package org.datacapsule.router.http;

/** What a token may say its bearer is, besides a user; lower case in the token. */
public enum TokenRole {
    ADMIN,
    OPERATOR,
    REVIEWER,
    HOST
}
