package script

// ICMP types of which scripts speak (RFC 792).
const (
	icmpUnreachable = 3
	icmpFragNeeded  = 4 // a code of icmpUnreachable
)

// icmpTypeNames are packetdrill's names.
var icmpTypeNames = map[uint8]string{
	0: "echo_reply", 3: "unreachable", 4: "source_quench", 5: "redirect", 8: "echo_request",
	11: "time_exceeded", 12: "parameter_problem", 13: "timestamp_request", 14: "timestamp_reply",
	15: "information_request", 16: "information_reply", 17: "address_mask_request", 18: "address_mask_reply",
}

// unreachableNames are packetdrill's names for the codes of destination
// unreachable, by code.
var unreachableNames = [...]string{
	"net_unreachable", "host_unreachable", "protocol_unreachable", "port_unreachable",
	"frag_needed", "source_route_failed", "net_unknown", "host_unknown",
	"source_host_isolated", "net_prohibited", "host_prohibited", "net_unreachable_for_tos",
	"host_unreachable_for_tos", "packet_filtered", "precedence_violation", "precedence_cutoff",
}
