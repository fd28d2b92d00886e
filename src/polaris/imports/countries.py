"""ISO 3166-1 codes of the country names in the Online Retail file."""

from typing import Final

COUNTRIES: Final = dict(
    pair.split("=")
    for pair in """
    Australia=AU,Austria=AT,Bahrain=BH,Belgium=BE,Brazil=BR,Canada=CA,Cyprus=CY,Czech Republic=CZ,
    Denmark=DK,EIRE=IE,Finland=FI,France=FR,Germany=DE,Greece=GR,Hong Kong=HK,Iceland=IS,Israel=IL,
    Italy=IT,Japan=JP,Lebanon=LB,Lithuania=LT,Malta=MT,Netherlands=NL,Norway=NO,Poland=PL,
    Portugal=PT,RSA=ZA,Saudi Arabia=SA,Singapore=SG,Spain=ES,Sweden=SE,Switzerland=CH,USA=US,
    United Arab Emirates=AE,United Kingdom=GB
    """.replace("\n    ", "")
    .strip()
    .split(",")
)
"""Without the names that are not a country: Channel Islands, European Community, Unspecified."""
