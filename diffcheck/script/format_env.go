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
		return "ip route add " + kind + e.Value
	case EnvRouteDel:
		return "ip route del " + kind + e.Value
	case EnvLinkUp:
		return "ip link set dev " + e.device() + " up"
	case EnvLinkDown:
		return "ip link set dev " + e.device() + " down"
	case EnvFilterAdd:
		return "nft add rule ip filter " + e.Name + " " + e.Value
	case EnvFilterFlush:
		return "nft flush ruleset"
	case EnvAddrAdd:
		return "ip addr add " + e.Value + " dev " + e.device()
	case EnvAddrDel:
		return "ip addr del " + e.Value + " dev " + e.device()
	case EnvSleep:
		return "sleep " + e.Value
	case EnvFile:
		return e.File.command()
	}
	return "true"
}

// device is the device of a link or an address.
func (e *Env) device() string {
	if e.Name == "" {
		return "eth0"
	}
	return e.Name
}
