package org.datacapsule.router.http;

/** Where in a request a parameter may stand. */
enum Location {
    PATH,
    QUERY,
    BODY
}
