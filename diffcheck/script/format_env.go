package script

import "strings"

// Command is the shell command of an environment change, as a script has it
// between backticks.
func (e *Env) Command() string {
	if e.Text != "" {
		return e.Text
	}
	kind := e.Name
	if kind != "" {
		kind += " "
	}
	switch e.Kind {
	case EnvSysctl:
		if strings.Contains(e.Value, " ") {
			return "sysctl -q " + e.Name + `="` + e.Value + `"`
		}
		return "sysctl -q " + e.Name + "=" + e.Value
	case EnvRouteAdd:
		return "ip " + e.family() + "route add " + kind + e.Value
	case EnvRouteDel:
		return "ip " + e.family() + "route del " + kind + e.Value
	case EnvLinkUp:
		return "ip link set dev " + e.device() + " up"
	case EnvLinkDown:
		return "ip link set dev " + e.device() + " down"
	case EnvFilterAdd:
		if chain, six := strings.CutPrefix(e.Name, "ip6 "); six {
			return "nft add rule ip6 filter " + chain + " " + e.Value
		}
		return "nft add rule ip filter " + e.Name + " " + e.Value
	case EnvFilterFlush:
		return "nft flush ruleset"
	case EnvAddrAdd:
		return "ip " + e.family() + "addr add " + e.Value + " dev " + e.device()
	case EnvAddrDel:
		return "ip " + e.family() + "addr del " + e.Value + " dev " + e.device()
	case EnvLinkMTU:
		return "ip link set dev " + e.device() + " mtu " + e.Value
	case EnvNeighAdd:
		return "ip neigh add " + e.Value + " lladdr 02:00:00:00:00:02 dev eth0"
	case EnvNeighDel:
		return "ip neigh del " + e.Value + " dev eth0"
	case EnvSleep:
		return "sleep " + e.Value
	case EnvFile:
		return e.File.command()
	}
	return "true"
}

// Six says whether a route or an address is of IPv6.
func (e *Env) Six() bool { return strings.Contains(e.Value, ":") }

// family is the switch of ip(8) for the family of a route or an address.
func (e *Env) family() string {
	if e.Six() {
		return "-6 "
	}
	return ""
}

// device is the device of a link or an address.
func (e *Env) device() string {
	if e.Name == "" {
		return "eth0"
	}
	return e.Name
}
