"""Random lives of a few wallets beside a bank that lies, with kills: `./kefu prove wallet`."""
