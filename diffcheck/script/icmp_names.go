package script

// icmpWords are the words for the messages of ICMP or ICMPv6: packetdrill's,
// and after the RFC where it has none.
type icmpWords struct {
	name, word string // in a complaint, and in a script
	types      map[uint8]string
	codes      map[uint8][]string // by type

	mtuType, mtuCode            uint8 // of the message that has an MTU
	mtuName, typeSuch, codeSuch string
}

// icmpv4 are the words for ICMP (RFC 792, RFC 1812).
var icmpv4 = icmpWords{
	name: "ICMP", word: "icmp",
	types: map[uint8]string{
		0: "echo_reply", 3: "unreachable", 4: "source_quench", 5: "redirect", 8: "echo_request",
		11: "time_exceeded", 12: "parameter_problem", 13: "timestamp_request", 14: "timestamp_reply",
		15: "information_request", 16: "information_reply", 17: "address_mask_request", 18: "address_mask_reply",
	},
	codes: map[uint8][]string{3: {
		"net_unreachable", "host_unreachable", "protocol_unreachable", "port_unreachable",
		"frag_needed", "source_route_failed", "net_unknown", "host_unknown",
		"source_host_isolated", "net_prohibited", "host_prohibited", "net_unreachable_for_tos",
		"host_unreachable_for_tos", "packet_filtered", "precedence_violation", "precedence_cutoff",
	}},
	mtuType: 3, mtuCode: 4, mtuName: "unreachable frag_needed",
	typeSuch: "unreachable or time_exceeded", codeSuch: "host_unreachable",
}

// icmpv6 are the words for ICMPv6 (RFC 4443).
var icmpv6 = icmpWords{
	name: "ICMPv6", word: "icmp6",
	types: map[uint8]string{
		1: "unreachable", 2: "packet_too_big", 3: "time_exceeded", 4: "parameter_problem", 128: "echo_request", 129: "echo_reply",
	},
	codes: map[uint8][]string{
		1: {"no_route", "admin_prohibited", "not_neighbour", "address_unreachable", "port_unreachable", "policy_fail", "reject_route"},
		3: {"exceeded_hop_limit", "exceeded_frag_time"},
		4: {"header_field", "unknown_next_header", "unknown_option"},
	},
	mtuType: 2, mtuName: "packet_too_big",
	typeSuch: "unreachable or packet_too_big", codeSuch: "no_route",
}
