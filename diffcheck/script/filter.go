package script

import (
	"fmt"
	"net/netip"
	"strings"
)

// Filter is a rule of the host's firewall, as nft(8) writes one: which packets,
// and what becomes of them.
type Filter struct {
	Six   bool       // of the table ip6
	Out   bool       // of the chain output; else input
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

// rejection is nft's name for a code of destination unreachable.
type rejection struct {
	name string
	code uint8
}

var rejections = []rejection{
	{"net-unreachable", 0}, {"host-unreachable", 1}, {"prot-unreachable", 2}, {"port-unreachable", 3},
	{"net-prohibited", 9}, {"host-prohibited", 10}, {"admin-prohibited", 13},
}

// rejections6 are those of ICMPv6.
var rejections6 = []rejection{
	{"no-route", 0}, {"admin-prohibited", 1}, {"addr-unreachable", 3}, {"port-unreachable", 4}, {"policy-fail", 5}, {"reject-route", 6},
}

// dialect is what the tables ip and ip6 call things.
type dialect struct {
	ip, protocol, icmp string
	codes              []rejection
	port               uint8 // the code of a reject that names none
}

var (
	dialect4 = dialect{"ip", "protocol", "icmp", rejections, 3}
	dialect6 = dialect{"ip6", "nexthdr", "icmpv6", rejections6, 4}
)

// ParseFilter reads the part of a rule after its chain, such as "ip daddr
// 192.0.2.1 ip protocol tcp reject with icmp host-unreachable"; chain is as in
// [Env.Name].
func ParseFilter(chain, rule string) (f Filter, err error) {
	words := strings.Fields(rule)
	side, d := "daddr", &dialect4
	if chain, f.Six = strings.CutPrefix(chain, "ip6 "); f.Six {
		d = &dialect6
	}
	if f.Out = chain == "output"; !f.Out {
		side = "saddr"
	}
	bad := func() (Filter, error) {
		return f, fmt.Errorf("nft rule %q of chain %s: expected [%s daddr|saddr ADDRESS] [%s %s tcp|udp] drop or reject [with %s CODE | with tcp reset]", rule, chain, d.ip, d.ip, d.protocol, d.icmp)
	}
	for len(words) > 2 && words[0] == d.ip {
		switch {
		case words[1] == side:
			if f.Addr, err = netip.ParseAddr(words[2]); err != nil || f.Addr.Is4() == f.Six || f.Addr.Is4In6() {
				return bad()
			}
		case words[1] == d.protocol && words[2] == "tcp":
			f.Proto = ProtoTCP
		case words[1] == d.protocol && words[2] == "udp":
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
		f.Does, f.Code = DoesReject, d.port
		return f, nil
	case "reject with tcp reset":
		f.Does = DoesReset
		if f.Proto != ProtoTCP {
			return f, fmt.Errorf("nft rule %q: a reset is for %s %s tcp", rule, d.ip, d.protocol)
		}
		return f, nil
	}
	for _, r := range d.codes {
		if verdict == "reject with "+d.icmp+" "+r.name || verdict == "reject with "+d.icmp+" type "+r.name {
			f.Does, f.Code = DoesReject, r.code
			return f, nil
		}
	}
	return bad()
}

// parseNft reads the arguments of nft: rules of the chains input and output of
// the tables "ip filter" and "ip6 filter", which every lab has, and the emptying of
// all.
func parseNft(text string, args []string) []Env {
	joined := strings.Join(args, " ")
	switch {
	case joined == "flush ruleset", joined == "flush table ip filter":
		return []Env{{Kind: EnvFilterFlush, Text: text}}
	}
	for _, family := range [...]string{"ip", "ip6"} {
		if strings.HasPrefix(joined, "add table "+family+" filter") {
			return []Env{}
		}
		for _, chain := range [...]string{"input", "output"} {
			if strings.HasPrefix(joined, "add chain "+family+" filter "+chain) {
				return []Env{}
			}
			rule, ok := strings.CutPrefix(joined, "add rule "+family+" filter "+chain+" ")
			if !ok {
				continue
			}
			name := chain
			if family == "ip6" {
				name = "ip6 " + chain
			}
			if _, err := ParseFilter(name, rule); err == nil {
				return []Env{{Kind: EnvFilterAdd, Name: name, Value: rule, Text: text}}
			}
		}
	}
	return nil
}
