package script

// command is the shell command of an environment change.
func (e *Env) command() string {
	if e.Text != "" {
		return e.Text
	}
	kind := e.Name
	if kind != "" {
		kind += " "
	}
	switch e.Kind {
	case EnvSysctl:
		return "sysctl -q " + e.Name + "=" + e.Value
	case EnvRouteAdd:
		return "ip route add " + kind + e.Value
	case EnvRouteDel:
		return "ip route del " + kind + e.Value
	case EnvLinkUp:
		return "ip link set dev eth0 up"
	case EnvLinkDown:
		return "ip link set dev eth0 down"
	case EnvSleep:
		return "sleep " + e.Value
	}
	return "true"
}
