"""Payment providers: what they are asked, what they answer, and the news that they send.

Cash, cheque and transfer have the provider `manual`: people move the money and report it, so
nobody is asked.
"""
