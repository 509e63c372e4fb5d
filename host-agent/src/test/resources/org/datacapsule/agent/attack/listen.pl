# On the host: prints "heard INTERFACE TEXT" for every frame on the interfaces that has a text beginning with "leak-".
use strict;

$| = 1;
my %sockets;
for my $name (@ARGV) {
	open(my $file, '<', "/sys/class/net/$name/ifindex") or die "no interface $name\n";
	my $index = <$file>;
	socket(my $socket, 17, 3, 0x0300) or die "no raw socket: $!\n";
	bind($socket, pack('S n i S C C a8', 17, 3, $index, 0, 0, 0, '')) or die "cannot bind to $name: $!\n";
	$sockets{fileno $socket} = [$name, $socket];
}
print "ready\n";
while (1) {
	my $wanted = '';
	vec($wanted, $_, 1) = 1 for keys %sockets;
	select($wanted, undef, undef, undef);
	for my $number (grep { vec($wanted, $_, 1) } keys %sockets) {
		my ($name, $socket) = @{$sockets{$number}};
		recv($socket, my $frame, 65536, 0);
		print "heard $name $1\n" if defined $frame and $frame =~ /(leak-[a-z0-9-]+)/;
	}
}
