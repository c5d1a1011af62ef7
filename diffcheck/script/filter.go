package script

import (
	"fmt"
	"net/netip"
	"strings"
)

// Filter is a rule of the host's firewall, as nft(8) writes one: which packets,
// and what becomes of them.
type Filter struct {
	Addr  netip.Addr // the far end's; the zero Addr is any
	Proto Proto      // 0 is any
	Does  FilterDoes
	Code  uint8 // DoesReject: of the ICMP message
}

// FilterDoes is what a filter does with a packet.
type FilterDoes uint8

const (
	DoesDrop   FilterDoes = iota
	DoesReject            // drops it and tells its sender by ICMP destination unreachable
	DoesReset             // drops it and tells its sender by RST
)

// rejections are nft's names for the codes of destination unreachable.
var rejections = []struct {
	name string
	code uint8
}{
	{"net-unreachable", 0}, {"host-unreachable", 1}, {"prot-unreachable", 2}, {"port-unreachable", 3},
	{"net-prohibited", 9}, {"host-prohibited", 10}, {"admin-prohibited", 13},
}

// ParseFilter reads the part of a rule after its chain, such as "ip daddr
// 192.0.2.1 ip protocol tcp reject with icmp host-unreachable".
func ParseFilter(chain, rule string) (f Filter, err error) {
	words := strings.Fields(rule)
	bad := func() (Filter, error) {
		return f, fmt.Errorf("nft rule %q of chain %s: expected [ip daddr|saddr ADDRESS] [ip protocol tcp|udp] drop or reject [with icmp CODE | with tcp reset]", rule, chain)
	}
	side := "daddr"
	if chain == "input" {
		side = "saddr"
	}
	for len(words) > 2 && words[0] == "ip" {
		switch {
		case words[1] == side:
			if f.Addr, err = netip.ParseAddr(words[2]); err != nil || !f.Addr.Is4() {
				return bad()
			}
		case words[1] == "protocol" && words[2] == "tcp":
			f.Proto = ProtoTCP
		case words[1] == "protocol" && words[2] == "udp":
			f.Proto = ProtoUDP
		default:
			return bad()
		}
		words = words[3:]
	}
	verdict := strings.Join(words, " ")
	switch verdict {
	case "drop":
		return f, nil
	case "reject":
		f.Does, f.Code = DoesReject, 3
		return f, nil
	case "reject with tcp reset":
		f.Does = DoesReset
		if f.Proto != ProtoTCP {
			return f, fmt.Errorf("nft rule %q: a reset is for ip protocol tcp", rule)
		}
		return f, nil
	}
	for _, r := range rejections {
		if verdict == "reject with icmp "+r.name || verdict == "reject with icmp type "+r.name {
			f.Does, f.Code = DoesReject, r.code
			return f, nil
		}
	}
	return bad()
}

// parseNft reads the arguments of nft: rules of the chains input and output of
// the table "ip filter", which every lab has, and the emptying of both.
func parseNft(text string, args []string) []Env {
	joined := strings.Join(args, " ")
	switch {
	case joined == "flush ruleset", joined == "flush table ip filter":
		return []Env{{Kind: EnvFilterFlush, Text: text}}
	case strings.HasPrefix(joined, "add table ip filter"), strings.HasPrefix(joined, "add chain ip filter input"), strings.HasPrefix(joined, "add chain ip filter output"):
		return []Env{}
	}
	for _, chain := range [...]string{"input", "output"} {
		if rule, ok := strings.CutPrefix(joined, "add rule ip filter "+chain+" "); ok {
			if _, err := ParseFilter(chain, rule); err == nil {
				return []Env{{Kind: EnvFilterAdd, Name: chain, Value: rule, Text: text}}
			}
		}
	}
	return nil
}
