/**
 * What routers and hosts know each other by: keys, requests and certificates of authorities of our own. Any thread.
 */
@NullMarked
package org.datacapsule.common.certificate;

import org.jspecify.annotations.NullMarked;
