package script

import (
	"path"
	"strconv"
	"strings"
)

// parseCommand reads a command in backticks, which may have several lines, and
// adds an event for each change that it makes. The first takes e's time.
func (p *parser) parseCommand(e Event) {
	start := p.pos
	p.expect("`")
	from := p.pos
	for p.pos < len(p.src) && p.src[p.pos] != '`' {
		if p.src[p.pos] == '\\' {
			p.pos++
		}
		p.pos++
	}
	if p.pos >= len(p.src) {
		p.failf(start, "a backtick at its end", "a command without end")
		return
	}
	text := strings.ReplaceAll(p.src[from:p.pos], "\\\n", " ")
	p.pos++
	e.Kind = EventEnv
	for line := range strings.Lines(text) {
		for _, env := range parseEnv(strings.TrimRight(strings.TrimSpace(line), "\\ \t")) {
			e.Env = env
			p.add(start, &e)
			e.Delay = 0
		}
	}
	if e.Delay > 0 { // nothing but time: `true`, or defaults that the lab has anyway
		e.Kind, e.Env = EventAdvance, Env{}
		p.add(start, &e)
	}
}

// parseEnv understands one line of shell. It gives nothing for a command
// without effect here.
func parseEnv(text string) []Env {
	words := strings.Fields(text)
	if len(words) == 0 || words[0] == "true" || words[0] == ":" {
		return nil
	}
	if base := path.Base(words[0]); base == "defaults.sh" || strings.HasPrefix(base, "sysctl_restore_") {
		return nil
	}
	unknown := []Env{{Kind: EnvUnknown, Text: text}}
	switch words[0] {
	case "sysctl":
		if envs := parseSysctl(text, words[1:]); envs != nil {
			return envs
		}
	case "sleep":
		if len(words) != 2 {
			return unknown
		}
		if n, err := strconv.ParseFloat(words[1], 64); err != nil || !(n >= 0 && n <= DelayMax.Seconds()) {
			return unknown
		}
		return []Env{{Kind: EnvSleep, Value: words[1], Text: text}}
	case "nft":
		if envs := parseNft(text, words[1:]); envs != nil {
			return envs
		}
	case "mkdir", "rmdir", "touch", "mkfifo", "chmod", "ln", "rm", "mv":
		if file, ok := parseFile(words); ok {
			return []Env{{Kind: EnvFile, File: file, Text: text}}
		}
	case "ip":
		if env, ok := parseIP(words[1:]); ok {
			env.Text = text
			return []Env{env}
		}
	}
	return unknown
}

// parseSysctl reads the arguments of sysctl: switches, then NAME=VALUE, where a
// value with spaces is in quotation marks.
func parseSysctl(text string, args []string) []Env {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		args = args[1:]
	}
	var envs []Env
	for i := 0; i < len(args); i++ {
		a := args[i]
		name, value, ok := strings.Cut(a, "=")
		if !ok || name == "" || value == "" {
			return nil
		}
		for quote := value[:1]; (quote == `"` || quote == "'") && !strings.HasSuffix(value[1:], quote) && i+1 < len(args); {
			i++
			a += " " + args[i]
			value += " " + args[i]
		}
		value = strings.Trim(value, `"'`)
		envs = append(envs, Env{Kind: EnvSysctl, Name: name, Value: value, Text: "sysctl -q " + a})
	}
	if len(envs) == 1 {
		envs[0].Text = text
	}
	return envs
}

// parseIP reads the arguments of ip: route, addr, neigh and link.
func parseIP(args []string) (Env, bool) {
	six := len(args) > 0 && args[0] == "-6"
	if len(args) > 0 && (args[0] == "-4" || six) {
		args = args[1:]
	}
	if len(args) < 3 {
		return Env{}, false
	}
	env, ok := parseObject(args)
	switch {
	case !ok || env.Kind == EnvLinkUp || env.Kind == EnvLinkDown || env.Kind == EnvLinkMTU:
		return env, ok
	case six && env.Value == "default":
		env.Value = "::/0"
	}
	return env, !six || env.Six()
}

// parseObject reads the arguments after the switches.
func parseObject(args []string) (Env, bool) {
	switch args[0] + " " + args[1] {
	case "route add", "ro add", "r add":
		return parseRoute(EnvRouteAdd, args[2:])
	case "route del", "route delete", "ro del", "r del":
		return parseRoute(EnvRouteDel, args[2:])
	case "addr add", "address add", "a add":
		return parseAddr(EnvAddrAdd, args[2:])
	case "addr del", "address del", "addr delete", "a del":
		return parseAddr(EnvAddrDel, args[2:])
	case "neigh add", "neighbor add", "neighbour add", "n add":
		return Env{Kind: EnvNeighAdd, Value: args[2]}, true
	case "neigh del", "neighbor del", "neighbour del", "n del":
		return Env{Kind: EnvNeighDel, Value: args[2]}, true
	case "link set", "l set":
		args = args[2:]
		if args[0] == "dev" {
			args = args[1:]
		}
		if len(args) < 2 {
			return Env{}, false
		}
		device, ok := deviceNamed(args[0])
		if len(args) == 3 && args[1] == "mtu" {
			return Env{Kind: EnvLinkMTU, Name: device, Value: args[2]}, ok
		}
		if len(args) != 2 {
			return Env{}, false
		}
		switch args[1] {
		case "up":
			return Env{Kind: EnvLinkUp, Name: device}, ok
		case "down":
			return Env{Kind: EnvLinkDown, Name: device}, ok
		}
	}
	return Env{}, false
}

// deviceNamed is the device as [Env] names it. tun0 is the name of the wire in
// packetdrill.
func deviceNamed(name string) (device string, ok bool) {
	switch name {
	case "eth0", "tun0":
		return "", true
	case "lo":
		return "lo", true
	}
	return "", false
}

// parseAddr reads the rest of ip addr: PREFIX dev DEVICE.
func parseAddr(kind EnvKind, args []string) (Env, bool) {
	if len(args) != 3 || args[1] != "dev" {
		return Env{}, false
	}
	device, ok := deviceNamed(args[2])
	return Env{Kind: kind, Name: device, Value: args[0]}, ok
}

func parseRoute(kind EnvKind, args []string) (Env, bool) {
	env := Env{Kind: kind}
	switch args[0] {
	case "unreachable", "prohibit", "blackhole", "throw":
		env.Name = args[0]
		args = args[1:]
	case "unicast":
		args = args[1:]
	}
	if len(args) == 0 {
		return Env{}, false
	}
	env.Value = args[0]
	return env, true
}
