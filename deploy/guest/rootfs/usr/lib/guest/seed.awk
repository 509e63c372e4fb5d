# Reads the block YAML subset of cloud-config that the agent writes and prints "field<TAB>value" lines.
# A user comes as "user<TAB>name", its fields, one "key" line per key, and "end"; a line for the hosts file as "host". Values with control
# characters, and YAML beyond the subset (anchors, block scalars, flow collections), are left out.

function unquote(raw,    out, i, c, n) {
	out = ""
	n = length(raw)
	if (substr(raw, 1, 1) == "'") {
		for (i = 2; i <= n; i++) {
			c = substr(raw, i, 1)
			if (c == "'") {
				if (substr(raw, i + 1, 1) != "'") return out
				i++
			}
			out = out c
		}
		return BAD
	}
	for (i = 2; i <= n; i++) {
		c = substr(raw, i, 1)
		if (c == "\"") return out
		if (c == "\\") {
			i++
			c = substr(raw, i, 1)
			if (index("\"\\/ ", c) == 0) return BAD
		}
		out = out c
	}
	return BAD
}

function scalar(raw,    first, v) {
	first = substr(raw, 1, 1)
	if (first == "'" || first == "\"") {
		v = unquote(raw)
	} else {
		v = raw
		sub(/[ \t]+#.*$/, "", v)
		sub(/^#.*$/, "", v)
		sub(/[ \t]+$/, "", v)
		if (v == "~" || v == "null" || v == "[]" || v == "{}") v = ""
		if (v ~ /^[|>&*!%@`{[]/) v = BAD
	}
	if (v == BAD || v ~ /[[:cntrl:]]/) return BAD
	return v
}

# 1 while a quoted value has not met its closing quote: it goes on in the next line.
function unfinished(raw,    q, i, n, c) {
	q = substr(raw, 1, 1)
	if (q != "'" && q != "\"") return 0
	n = length(raw)
	for (i = 2; i <= n; i++) {
		c = substr(raw, i, 1)
		if (q == "\"" && c == "\\") { i++; continue }
		if (c == q) {
			if (q == "'" && substr(raw, i + 1, 1) == "'") { i++; continue }
			return 0
		}
	}
	return 1
}

function commit(    v) {
	if (slot != "") {
		v = scalar(raw)
		if (v != BAD && v != "") {
			if (slot == "item") { if (ukey == "ssh_authorized_keys") keys[++nkeys] = v }
			else if (slot == "user") fields[ukey] = v
			else if (slot == "host") print "host\t" v
			else if (top ~ /^(hostname|local-hostname|instance-id|ssh_pwauth)$/) print top "\t" v
		}
	}
	slot = ""
	raw = ""
}

function end_user(    i) {
	commit()
	if (!inuser) return
	print "user\t" fields["name"]
	for (i = 1; i <= nknown; i++)
		if (known[i] in fields) print known[i] "\t" fields[known[i]]
	for (i = 1; i <= nkeys; i++) print "key\t" keys[i]
	print "end\t"
	inuser = 0
}

function take_pair(text, where, at,    p) {
	p = match(text, /^[A-Za-z_][A-Za-z0-9_-]*:([ \t]|$)/)
	if (!p) return 0
	p = index(text, ":")
	if (where == "top") top = substr(text, 1, p - 1)
	else ukey = substr(text, 1, p - 1)
	raw = substr(text, p + 1)
	sub(/^[ \t]+/, "", raw)
	slot = where
	slotindent = at
	return 1
}

BEGIN {
	BAD = "\001"
	nknown = split("hashed_passwd passwd lock_passwd shell sudo", known, " ")
}

{
	sub(/\r$/, "")
	line = $0
	match(line, /^ */)
	ind = RLENGTH
	text = substr(line, ind + 1)

	if (slot != "" && unfinished(raw)) {
		if (substr(raw, 1, 1) == "\"" && raw ~ /\\$/) raw = substr(raw, 1, length(raw) - 1) text
		else raw = raw " " text
		next
	}
	if (text == "" || text ~ /^#/ || text ~ /^---/) next
	# A long plain value may have been folded by whoever wrote the YAML.
	if (slot != "" && raw != "" && raw !~ /^['"]/ && ind > slotindent) { raw = raw " " text; next }
	commit()

	dash = text ~ /^-([ \t]|$)/
	if (ind == 0 && !dash) { end_user(); take_pair(text, "top", 0); next }
	if (top == "datacapsule_hosts" && dash) {
		raw = substr(text, 2)
		sub(/^[ \t]+/, "", raw)
		slot = "host"
		slotindent = ind
		next
	}
	if (top != "users") next
	if (dash) {
		rest = substr(text, 2)
		match(rest, /^ */)
		col = ind + 1 + RLENGTH
		rest = substr(rest, RLENGTH + 1)
		if (!inuser || ind < uindent) {
			end_user()
			inuser = 1
			uindent = rest == "" ? ind + 2 : col
			ukey = ""
			nkeys = 0
			split("", fields)
			split("", keys)
			take_pair(rest, "user", uindent)
		} else {
			slot = "item"
			slotindent = ind
			raw = rest
		}
		next
	}
	if (inuser && ind == uindent) take_pair(text, "user", ind)
}

END { end_user() }
