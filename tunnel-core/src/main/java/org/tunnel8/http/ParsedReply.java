package org.tunnel8.http;

import java.util.List;
import java.util.Map;
import org.tunnel8.wire.ByteString;

/**
 * What stands in an HTTP answer.
 *
 * @param status the status code
 * @param headers names in lower case, in the order they came, each with all its values
 * @param body the body, taken out of its chunks
 */
public record ParsedReply(int status, Map<String, List<String>> headers, ByteString body) {}
