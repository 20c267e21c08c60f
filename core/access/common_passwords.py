"""Passwords of ten and more characters that lead every leaked list; shorter ones are refused anyway."""

_LIST = """
1234567890 12345678910 123456789a 0123456789 0987654321 9876543210 1q2w3e4r5t 1q2w3e4r5t6y
1qaz2wsx3edc q1w2e3r4t5 q1w2e3r4t5y6 zaq12wsxcde3 qwertyuiop qwertyuiop[] qwerty12345 qwerty123456
qwerty1234 asdfghjkl1 asdfghjkl; zxcvbnm123 1111111111 0000000000 password12 password123
password1234 password12345 password123! passw0rd123 p@ssw0rd123 p@ssword123 password!!
passwordpassword mypassword mypassword1 administrator administrator1 admin12345 admin123456
adminadmin adminadmin1 welcome123 welcome1234 welcome2024 welcome2025 welcome2026 changeme123
changemenow letmein123 letmein1234 letmeinnow iloveyou123 iloveyou12 iloveyouforever sunshine123
princess123 football123 baseball123 superman123 batman12345 dragon12345 monkey12345 michael123
starwars123 trustno1234 computer123 internet123 whatever123 qazwsxedcrfv abcdefghij abcdefghijk
abcdefghijkl abcdef123456 abcd123456 abc1234567 abc123456789 a123456789 a1234567890 aa12345678
aaa1234567 zxcvbnm1234 secret12345 secretsecret test123456 testtest123 testtest12 guest12345
demo123456 demodemo123 user123456 rootroot123 toor123456 default123 google12345 facebook123
linkedin123 marketing123 marketing1 marketingmix mixwright1 mixwright12 mixwright123
mixwrightmixwright spring2025! summer2025! autumn2025! winter2025! spring2026! summer2026!
autumn2026! winter2026! summer2024! winter2024! correcthorsebatterystaple
"""

COMMON = frozenset(_LIST.split())
